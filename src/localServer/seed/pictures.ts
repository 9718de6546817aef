import { crc32, deflateSync } from 'node:zlib';

/** A PNG of a sunset over hills, `widthPx` by `heightPx`. */
export function sunsetPng(widthPx: number, heightPx: number): Buffer {
  const rows = Buffer.alloc(heightPx * (1 + 3 * widthPx));
  let offset = 0;
  for (let y = 0; y < heightPx; y += 1) {
    // Each row begins with its filter, 0 for none.
    offset += 1;
    for (let x = 0; x < widthPx; x += 1) {
      for (const value of colourAt(x / widthPx, y / heightPx)) offset = rows.writeUInt8(value, offset);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  // Eight bits a channel, red green blue.
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows, { level: 9 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A small drawing of a bucket. */
export const bucketSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="128" height="128">
  <title>Bucket</title>
  <path d="M10 18h44l-6 38a4 4 0 0 1-4 3H20a4 4 0 0 1-4-3z" fill="#0f62fe"/>
  <ellipse cx="32" cy="18" rx="22" ry="6" fill="#78a9ff"/>
  <path d="M12 16C14 0 50 0 52 16" fill="none" stroke="#393939" stroke-width="3"/>
</svg>
`;

function colourAt(x: number, y: number): [number, number, number] {
  const hill = 0.72 + 0.06 * Math.sin(x * 9) + 0.03 * Math.sin(x * 23 + 1);
  if (y > hill) return [24, Math.round(60 + 60 * (1 - y)), 48];
  if (Math.hypot((x - 0.7) * 1.6, y - 0.45) < 0.13) return [255, 226, 138];
  return [Math.round(90 + 165 * y), Math.round(80 + 70 * y), Math.round(170 - 90 * y)];
}

function pngChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(content.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}
