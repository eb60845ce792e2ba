// The URL function against url-cases.json: node --test infra/url-function.test.mjs (no npm packages).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const source = read('./url-function.js');
const { cases } = JSON.parse(read('./url-cases.json'));

/** A fresh runtime for each call, as at the edge: nothing may be kept between requests. */
function run(uri, method = 'GET') {
  const context = vm.createContext({});
  vm.runInContext(source, context);
  const request = { method, uri, querystring: {}, headers: {}, cookies: {} };
  context.event = { version: '1.0', request };
  return vm.runInContext('handler(event)', context);
}

for (const { why, uri, path, status } of cases) {
  test(`${why}: ${uri}`, () => {
    const result = run(uri);
    if (status === undefined) {
      assert.equal(result.uri, path);
      assert.equal(result.statusCode, undefined);
    } else {
      assert.equal(result.statusCode, status);
      assert.ok(result.statusDescription);
      assert.equal(result.uri, undefined);
    }
  });
}

test('the result is a fixed point: a path once rewritten stays as it is', () => {
  for (const { path } of cases) {
    // A snapshot within a snapshot is the one exception: each pass would drop one more.
    if (path !== undefined && !/%4042/.test(path)) {
      assert.equal(run(path).uri, path);
    }
  }
});

test('whatever passes lies in the public tree, in the safe alphabet', () => {
  const alphabet = ['/', '.', '..', '%2e', '%2F', '%5c', '\\', '%00', 'repos', 'r', '@1', '+', '~', 'é', '%', 'state', ' '];
  let seed = 7; // fixed: a failure must come back
  for (let round = 0; round < 2000; round += 1) {
    let uri = '/repos/';
    for (let part = 0; part < 8; part += 1) {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      uri += alphabet[Math.floor((seed / 2147483648) * alphabet.length)];
    }
    const result = run(uri);
    if (result.uri !== undefined) {
      assert.match(result.uri, /^\/repos(\/([A-Za-z0-9._~-]|%[0-9A-F]{2})+)+$/, uri);
      assert.doesNotMatch(result.uri, /\/\.\.?(\/|$)|%2F|%5C|%00/, uri);
    }
  }
});

test('bytes that clients must encode are refused', () => {
  for (const raw of ['\u0000', '\n', ' ', '\u007f', 'é', '☃']) {
    assert.equal(run(`/repos/p/a${raw}b`).statusCode, 400);
  }
});

test('fits CloudFront: 10 KB, no module syntax', () => {
  assert.ok(Buffer.byteLength(source) < 10240);
  assert.doesNotMatch(source, /^\s*(import|export)\b/m);
});
