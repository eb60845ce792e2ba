// Joins the URL function above to nginx: makes CloudFront's event of a request, and variables of its answer.

/** The function's answer for this request. It gets the path as it was sent: nginx's own $uri is decoded already. */
function answer(r) {
  const uri = r.variables.request_uri.split('?')[0];
  return handler({ version: '1.0', request: { method: r.method, uri: uri, querystring: {}, headers: {}, cookies: {} } });
}

/** $cdn_status: the status of a refusal, or nothing. Should the function throw, nginx logs it and both are empty. */
function status(r) {
  const code = answer(r).statusCode;
  return code ? String(code) : '';
}

/** $cdn_path: the path at the origin, or nothing. */
function path(r) {
  return answer(r).uri || '';
}

export default { status, path };
