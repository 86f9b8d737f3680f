"""A second evaluator, written apart from the product's, slow and plain, and tests that both agree."""
