// node build.mjs: writes static/vendor/echarts.js with its licence and version on top.
import { readFileSync, mkdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const target = new URL("../static/vendor/", import.meta.url);
const echarts = new URL("node_modules/echarts/", import.meta.url);
const { version, license } = JSON.parse(readFileSync(new URL("package.json", echarts)));
mkdirSync(target, { recursive: true });
await build({
  entryPoints: [new URL("charts.mjs", import.meta.url).pathname],
  bundle: true, minify: true, format: "iife", target: "es2020", legalComments: "none",
  banner: { js: `/* Apache ECharts ${version}, ${license} License, see echarts.LICENSE; custom build by frontend/build.mjs */` },
  outfile: new URL("echarts.js", target).pathname,
});
writeFileSync(new URL("echarts.LICENSE", target), readFileSync(new URL("LICENSE", echarts)));
