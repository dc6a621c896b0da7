// Runs pieces of JavaScript, one a line as JSON, one after the other; what a piece declares, the next ones have.
const AsyncFunction = (async () => {}).constructor;
globalThis.require = require;

// a declaration of one line becomes a global, which outlives the piece
const asGlobals = (code) => code.replace(/^(?:const|let) (\{.*?\}|\w+) = (.*);$/gm, "($1 = $2);");

let last = Promise.resolve();
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  last = last
    .then(() => new AsyncFunction(asGlobals(JSON.parse(line)))())
    .catch((error) => console.log(String(error)))
    .then(() => console.log(process.argv[2]));
});
