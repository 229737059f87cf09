// What the clients in JavaScript share: where the sandbox is, and a run of named steps that tells each one that fails.
const assert = require('node:assert/strict');
const http = require('node:http');

const site = JSON.parse(process.env.PEER_SITE);

// The body of an answer with this status; another one, or none, fails.
async function refused(status, call) {
  try {
    await call;
  } catch (error) {
    const response = error.response ?? error.cause?.response;
    assert.equal(error.status ?? response?.status ?? error.statusCode, status, String(error.message));
    return response?.data ?? error;
  }
  assert.fail(`this should have been refused with ${status}`);
}

// A listener for webhooks: {url, next(), close()}.
function listen() {
  const heard = [], waiting = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => {
      response.end();
      const event = { headers: request.headers, body: JSON.parse(body) };
      if (waiting.length) waiting.shift()(event);
      else heard.push(event);
    });
  });
  return new Promise((ready) => {
    server.listen(0, '127.0.0.1', () => ready({
      url: `http://127.0.0.1:${server.address().port}/hook`,
      next: () => (heard.length ? Promise.resolve(heard.shift()) : new Promise((tell) => { waiting.push(tell); })),
      close: () => server.close(),
    }));
  });
}

async function run(steps) {
  let failed = 0;
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (error) {
      failed++;
      console.log(`FAILED: ${name}\n${error.stack}\n${JSON.stringify(error.response?.data ?? error.cause?.response?.data ?? '')}`);
    }
  }
  console.log(`${Object.keys(steps).length} steps, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}

module.exports = { site, refused, run, listen };
