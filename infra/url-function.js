// The URL function: which object of the store a request means, or why it means none.
//
// Runs in CloudFront (Functions, cloudfront-js-2.0) on every viewer request, and, the same text, in the local
// stand-in (nginx njs 0.7). Hence no imports, no exports, no for-of. `infra/sync` keeps the rules below and the copy
// in cdn.yaml equal to infra/cdn-rules.json.

// begin generated: rules
const RULES = {
  "prefix": "repos",
  "aliases": {
    "r": "repos"
  },
  "snapshotDepth": 8,
  "entry": [
    "*/repodata/repomd.xml",
    "*/repodata/repomd.xml.asc",
    "*/repodata/repomd.xml.key",
    "*/mirrorlist",
    "*/dists/*/Release",
    "*/dists/*/Release.gpg",
    "*/dists/*/InRelease",
    "*/dists/*/Packages.*",
    "*/dists/*/Sources.*",
    "*/dists/*/Contents-*",
    "*/key.asc",
    "*/index.json",
    "*/index.txt",
    "*/SHA256SUMS*"
  ]
};
// end generated: rules

/** Turns `*` patterns of the rules into one expression over a whole path. */
function anyOf(patterns) {
  const bodies = patterns.map(function (pattern) {
    return pattern.replace(/[.+]/g, '\\$&').replace(/\*/g, '.*');
  });
  return new RegExp('^(?:' + bodies.join('|') + ')$');
}

const ENTRY = anyOf(RULES.entry);

/** Thrown for a path that no client of ours writes: 400, so that the mistake is visible. */
function Malformed() {}

/**
 * One spelling for each path segment, hence one cache entry for each object, in the encoding S3 signs: all but
 * `A-Za-z0-9-._~` is `%XX`. That turns `+` into `%2B`; S3 reads a plain plus in a path as a space.
 */
function canonicalSegment(raw) {
  const text = raw.replace(/%([0-9A-Fa-f]{2})|[\s\S]/g, function (whole, hex) {
    if (whole === '%' || whole < '!' || whole > '~') {
      throw new Malformed(); // a lone percent sign, or bytes that belong encoded
    }
    const code = hex ? parseInt(hex, 16) : whole.charCodeAt(0);
    if (code < 0x20 || code === 0x7f || code === 0x5c || (hex && code === 0x2f)) {
      throw new Malformed(); // NUL, controls, backslash, encoded slash: ways to climb out of the public tree
    }
    const char = String.fromCharCode(code);
    if (/[A-Za-z0-9._~-]/.test(char)) {
      return char;
    }
    return '%' + (code < 16 ? '0' : '') + code.toString(16).toUpperCase();
  });
  if (text === '..') {
    throw new Malformed();
  }
  return text;
}

/** The path of the object at the origin, or undefined when the path lies outside the public tree. */
function originPath(uri) {
  const segments = uri.split('/').map(canonicalSegment).filter(function (segment) {
    return segment !== '' && segment !== '.'; // `//` and `/./` come from base URLs that end in a slash, or in `./`
  });
  if (Object.prototype.hasOwnProperty.call(RULES.aliases, segments[0])) {
    segments[0] = RULES.aliases[segments[0]];
  }
  if (segments[0] !== RULES.prefix || segments.length < 2 || uri.charAt(uri.length - 1) === '/') {
    return undefined; // private, or a directory: the store has no listings
  }
  const path = '/' + segments.join('/');
  // A snapshot holds copies of the entry files only; all else it names is immutable and lives once.
  if (/^%40[0-9]+$/.test(segments[RULES.snapshotDepth] || '') && !ENTRY.test(path)) {
    segments.splice(RULES.snapshotDepth, 1);
    return '/' + segments.join('/');
  }
  return path;
}

function refusal(code, description) {
  return {
    statusCode: code,
    statusDescription: description,
    headers: { 'content-type': { value: 'text/plain' } },
    body: { encoding: 'text', data: description + '\n' },
  };
}

/** CloudFront's entry point: the request to go on with, or a response of our own. */
function handler(event) {
  const request = event.request;
  try {
    const path = originPath(request.uri);
    if (path === undefined) {
      return refusal(404, 'Not Found');
    }
    request.uri = path;
    return request;
  } catch (error) {
    if (error instanceof Malformed) {
      return refusal(400, 'Bad Request');
    }
    throw error;
  }
}
