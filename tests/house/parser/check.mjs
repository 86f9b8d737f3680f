// node check.mjs FILE...: what GitHub's own language service says of workflow and action files; exit 1 if anything.
import { readFileSync } from "node:fs";
import { register } from "node:module";

// The packages import JSON in the way of bundlers; for Node it is made a module here.
const hook = `
import { readFileSync } from "node:fs";
export async function load(url, context, next) {
    if (!url.endsWith(".json")) return next(url, context);
    return { format: "module", shortCircuit: true, source: "export default " + readFileSync(new URL(url), "utf8") };
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { validate } = await import("@actions/languageservice");
const { TextDocument } = await import("vscode-languageserver-textdocument");

let found = 0;
for (const file of process.argv.slice(2)) {
    const document = TextDocument.create(`file://${file}`, "yaml", 1, readFileSync(file, "utf8"));
    for (const { message, range } of await validate(document)) {
        console.log(`${file}:${range.start.line + 1}: ${message}`);
        found += 1;
    }
}
process.exit(found ? 1 : 0);
