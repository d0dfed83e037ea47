// Makes dist/index.html: one file with script and style inside, and no request to anywhere else; and dist/licenses.txt,
// the terms of the packages inside it. `--check` compares instead of writing: what is committed must be what the sources give.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

export function generateMessages() {
  const generated = join(here, "src", "generated");
  mkdirSync(generated, { recursive: true });
  const wire = join(here, "..", "..", "..", "messages", "wire");
  const plugin = join(here, "node_modules", ".bin", "protoc-gen-es");
  execFileSync("protoc", [`--plugin=${plugin}`, `--es_out=${generated}`, "--es_opt=target=ts", "-I", wire, "phasecast.proto"]);
}

async function bundle(entry) {
  const result = await build({
    entryPoints: [join(here, "src", entry)],
    absWorkingDir: here,
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    metafile: true,
  });
  return { text: result.outputFiles[0].text.trim(), inputs: Object.keys(result.metafile.inputs) };
}

function licensesOf(inputs) {
  const packages = new Set(inputs.flatMap((input) => input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []));
  return [...packages].sort().map((name) => {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((each) => /^licen[sc]e/i.test(each));
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : apache(name, license);
    return `${name} ${version} (${license})\n\n${text}\n`;
  }).join(`\n${"-".repeat(72)}\n\n`);
}

/** A package may leave out the well-known text, but nothing else. */
function apache(name, license) {
  if (!license.includes("Apache-2.0")) throw new Error(`node_modules/${name} has no license file`);
  return "https://www.apache.org/licenses/LICENSE-2.0";
}

async function assemble() {
  const [script, style] = [await bundle("main.ts"), await bundle("style.css")];
  const parts = { script: script.text.replaceAll("</script", "<\\/script"), style: style.text };
  const html = readFileSync(join(here, "src", "index.html"), "utf8");
  return {
    "index.html": html.replace(/<!-- (script|style) -->/g, (_, name) => `<${name}>${parts[name]}</${name}>`),
    "licenses.txt": licensesOf([...script.inputs, ...style.inputs]),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  generateMessages();
  const files = await assemble();
  for (const [name, content] of Object.entries(files)) {
    const path = join(here, "dist", name);
    if (!process.argv.includes("--check")) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    } else if (readFileSync(path, "utf8") !== content) {
      console.error(`tools/view/page/dist/${name} is not what the sources give: run npm run build there, and commit it`);
      process.exit(1);
    }
  }
  const html = files["index.html"];
  const kilobytes = (bytes) => (bytes / 1000).toFixed(1);
  console.log(`dist/index.html ${kilobytes(Buffer.byteLength(html))} kB, gzipped ${kilobytes(gzipSync(html).length)} kB`);
}
