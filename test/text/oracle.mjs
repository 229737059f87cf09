// oracle.mjs - writes what Atlassian's own converter makes of every wiki text of the corpus.
//
// The corpus is a file of JSON lines {"wiki": …, "adf": …}; this tool reads the texts and renews the documents. It runs
// in a folder of its own, outside the repository (Node 20, no DOM):
//
//   npm i @atlaskit/editor-wikimarkup-transformer@12.2.2 @atlaskit/editor-json-transformer --legacy-peer-deps
//   node …/test/text/oracle.mjs …/test/text/corpus/wiki.jsonl
//
// src/text/oracle_test.c compares: the document we read from "wiki" and the one we read from "adf" must be equal.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';

const require = createRequire(process.cwd() + '/');
const { WikiMarkupTransformer } = require('@atlaskit/editor-wikimarkup-transformer');
const { JSONTransformer } = require('@atlaskit/editor-json-transformer');
const { defaultSchema } = require('@atlaskit/adf-schema/schema-default');

const reader = new WikiMarkupTransformer(defaultSchema);
const printer = new JSONTransformer();
const file = process.argv[2];
const seen = new Set();
const lines = [];
for (const line of readFileSync(file, 'utf8').split('\n')) {
  if (!line) continue;
  const { wiki } = JSON.parse(line);
  if (seen.has(wiki)) continue;
  seen.add(wiki);
  lines.push(JSON.stringify({ wiki, adf: printer.encode(reader.parse(wiki)) }));
}
writeFileSync(file, lines.join('\n') + '\n');
console.log(`${lines.length} texts`);
