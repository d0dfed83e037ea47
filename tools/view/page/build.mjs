// Makes dist/index.html: one file with script and style inside, and no request to anywhere else.
// `--check` compares instead of writing: the committed file must be what the sources give.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const page = join(here, "dist", "index.html");

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
  });
  return result.outputFiles[0].text.trim();
}

async function assemble() {
  const [script, style] = [await bundle("main.ts"), await bundle("style.css")];
  const parts = { script: script.replaceAll("</script", "<\\/script"), style };
  const html = readFileSync(join(here, "src", "index.html"), "utf8");
  return html.replace(/<!-- (script|style) -->/g, (_, name) => `<${name}>${parts[name]}</${name}>`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  generateMessages();
  const html = await assemble();
  if (process.argv.includes("--check")) {
    if (readFileSync(page, "utf8") !== html) {
      console.error("tools/view/page/dist/index.html is not what the sources give: run npm run build there, and commit it");
      process.exit(1);
    }
  } else {
    mkdirSync(dirname(page), { recursive: true });
    writeFileSync(page, html);
  }
  const kilobytes = (bytes) => (bytes / 1000).toFixed(1);
  console.log(`dist/index.html ${kilobytes(Buffer.byteLength(html))} kB, gzipped ${kilobytes(gzipSync(html).length)} kB`);
}
