// Lets a suite in the extension host see what a person sees at the window, and press keys there.
import { createServer } from 'node:http';

/** Runs in the page: what lies open in front of a person. */
function look() {
  const { document } = globalThis;
  const textOf = (element) => (element?.textContent ?? '').replaceAll('\u00a0', ' ').replaceAll(/\s+/g, ' ').trim();
  const isRunning = (item) =>
    (item.closest('.monaco-list-row') ?? item).querySelector('.monaco-progress-container.active');
  const widget = document.querySelector('.quick-input-widget');
  const isAsked = widget !== null && widget.style.display !== 'none';
  const question = () => ({
    title: textOf(widget.querySelector('.quick-input-title')),
    prompt: textOf(widget.querySelector('.quick-input-message')),
    placeholder: widget.querySelector('.quick-input-box input')?.placeholder ?? '',
    entries: [...widget.querySelectorAll('.quick-input-list .monaco-list-row .label-name')].map(textOf),
  });
  const panel = document.querySelector('.part.panel .composite.title .action-item.checked');
  return {
    ...(isAsked ? { question: question() } : {}),
    isBellRung: document.querySelector('.statusbar-item[id="status.notifications"] .codicon-bell-dot') !== null,
    notifications: [...document.querySelectorAll('.notifications-center.visible .notification-list-item')].map(
      (item) => ({
        text: textOf(item.querySelector('.notification-list-item-message')),
        buttons: [...item.querySelectorAll('.monaco-button')].map(textOf),
        isError: item.querySelector('.codicon-error') !== null,
        isBusy: isRunning(item) !== null,
      }),
    ),
    editor: textOf(document.querySelector('.editor-group-container.active .tab.active .label-name')),
    panel: panel?.offsetParent === null ? '' : textOf(panel),
    sideBar: textOf(document.querySelector('.part.sidebar .composite.title h2')),
  };
}

/**
 * Serves GET `/look`, POST `/press?key=…` and POST `/type?text=…` for a page.
 * @param {() => import('playwright-core').Page} page
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export async function watchWindow(page) {
  const acts = {
    '/look': () => page().evaluate(look),
    '/press': ({ searchParams }) => page().keyboard.press(searchParams.get('key')),
    '/type': ({ searchParams }) => page().keyboard.insertText(searchParams.get('text')),
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    acts[url.pathname](url).then(
      (answer) => response.end(JSON.stringify(answer ?? null)),
      (error) => response.writeHead(500).end(error.stack),
    );
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
