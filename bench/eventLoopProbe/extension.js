// Measures how late timers of the extension host are. One line a second: { atMs, delaysMs } to the file EVENT_LOOP_FILE names.
/* global require, exports, process, performance, setInterval, clearInterval */
const { appendFileSync } = require('node:fs');

const tickMs = 10;

exports.activate = (context) => {
  let delays = [];
  let expectedAtMs = performance.now() + tickMs;
  const ticker = setInterval(() => {
    const nowMs = performance.now();
    delays.push(Number(Math.max(0, nowMs - expectedAtMs).toFixed(2)));
    expectedAtMs = nowMs + tickMs;
  }, tickMs);
  const writer = setInterval(() => {
    appendFileSync(process.env.EVENT_LOOP_FILE, `${JSON.stringify({ atMs: Date.now(), delaysMs: delays })}\n`);
    delays = [];
  }, 1000);
  context.subscriptions.push({ dispose: () => [ticker, writer].forEach(clearInterval) });
};
