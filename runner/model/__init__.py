"""The frozen nouns of a run; nothing here touches the world."""
