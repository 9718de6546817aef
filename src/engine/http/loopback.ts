/**
 * Whether a host of a URL is this very machine: `localhost`, names below it, 127.0.0.0/8 and ::1. Requests to it go straight there
 * whatever proxies are set, as in Go, curl and VS Code; nobody else sees them, so that they may carry keys without TLS.
 */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  // As URL prints them: ::ffff:127.0.0.1 is [::ffff:7f00:1].
  return /^127(?:\.\d{1,3}){3}$|^\[::1\]$|^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(host);
}
