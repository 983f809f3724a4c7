// Command-line face of the pinned WebAssembly compiler: --version and --standard-json on stdin.
// Imports that are not in the input are read from --base-path (default: here) and node_modules.
// With --lines each line of stdin is an input of its own, answered by one line: the second takes a third of the time.
"use strict";
const fs = require("fs");
const path = require("path");
const root = path.resolve(__dirname, "..");
const solc = require(path.join(root, "node_modules", "solc"));

const args = process.argv.slice(2);
if (args.includes("--version")) {
  console.log("solc, the solidity compiler commandline interface");
  console.log("Version: " + solc.version());
  process.exit(0);
}
if (!args.includes("--standard-json")) {
  console.error("toolchain/solc: only --version and --standard-json are supported");
  process.exit(1);
}
const option = (name) => {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
};
const places = [option("--base-path") || process.cwd(), path.join(root, "node_modules"), root];
const readImport = (name) => {
  for (const place of places) {
    const file = path.resolve(place, name);
    if (fs.existsSync(file)) return { contents: fs.readFileSync(file, "utf8") };
  }
  return { error: "File not found: " + name };
};
const compile = (input) => solc.compile(input, { import: readImport });
if (args.includes("--lines")) {
  const lines = require("readline").createInterface({ input: process.stdin });
  lines.on("line", (line) => process.stdout.write(compile(line) + "\n"));
} else {
  process.stdout.write(compile(fs.readFileSync(0, "utf8")));
}
