import { gettingStarted } from './gettingStarted';
import { oddKeys } from './oddKeys';
import { bucketSvg, sunsetPng } from './pictures';
import { pseudoRandom, text, type SeedBucket, type SeedObject } from './seedObject';

const largeBinaryBytes = 20 * 1024 * 1024;
const readingCount = 5000;

/** The buckets of `--seed demo`. */
export const demoBuckets: readonly SeedBucket[] = [
  {
    name: 'getting-started',
    location: 'us-south',
    storageClass: 'smart',
    versioning: 'never',
    objects: gettingStarted,
  },
  { name: 'sales-reports', location: 'eu-de', storageClass: 'standard', versioning: 'never', objects: salesReports },
  { name: 'media-library', location: 'us', storageClass: 'vault', versioning: 'never', objects: mediaLibrary },
  { name: 'sensor-readings', location: 'jp-tok', storageClass: 'cold', versioning: 'never', objects: sensorReadings },
  { name: 'odd-keys', location: 'eu-gb', storageClass: 'standard', versioning: 'never', objects: oddlyNamed },
  { name: 'web-assets', location: 'us-south', storageClass: 'standard', versioning: 'never', objects: webAssets },
  {
    name: 'contract-drafts',
    location: 'us-south',
    storageClass: 'standard',
    versioning: 'Enabled',
    objects: contractDrafts,
  },
  { name: 'empty-bucket', location: 'sng01', storageClass: 'standard', versioning: 'never', objects: () => [] },
];

function salesReports(): SeedObject[] {
  const random = pseudoRandom(7);
  const objects: SeedObject[] = [];
  for (const year of [2023, 2024, 2025]) {
    for (let month = 1; month <= 12; month += 1) {
      const lines = ['date,region,product,units,revenue_eur'];
      for (let day = 1; day <= 28; day += 1) {
        const date = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
        const region = ['north', 'south', 'east', 'west'][day % 4] ?? 'north';
        const product = ['kettle', 'toaster', 'blender'][day % 3] ?? 'kettle';
        const units = 5 + Math.floor(random() * 90);
        lines.push([date, region, product, units, (units * (19 + random() * 40)).toFixed(2)].join(','));
      }
      const ageHours = (2026 - year) * 8760 - month * 720;
      objects.push(text(`${year}/${String(month).padStart(2, '0')}/daily.csv`, 'text/csv', ageHours, lines));
    }
    objects.push(
      text(`${year}/summary.md`, 'text/markdown', (2026 - year) * 8760 - 8700, [
        `# Sales ${year}`,
        '',
        '| quarter | trend |',
        '|---|---|',
        ...['up', 'steady', 'up', 'down'].map((trend, quarter) => `| Q${quarter + 1} | ${trend} |`),
      ]),
    );
  }
  return objects;
}

function mediaLibrary(): SeedObject[] {
  const random = pseudoRandom(11);
  const large = Buffer.alloc(largeBinaryBytes);
  for (let offset = 0; offset < large.length; offset += 4) large.writeUInt32LE(Math.floor(random() * 2 ** 32), offset);
  const image = (key: string, widthPx: number, ageHours: number): SeedObject => ({
    key,
    bytes: sunsetPng(widthPx, Math.round(widthPx * 0.6)),
    contentType: 'image/png',
    ageHours,
  });
  return [
    image('images/sunset.png', 480, 300),
    image('images/thumbnails/sunset-small.png', 96, 299),
    { key: 'images/bucket.svg', bytes: Buffer.from(bucketSvg), contentType: 'image/svg+xml', ageHours: 280 },
    { key: 'raw/recording-0001.bin', bytes: large, contentType: 'application/octet-stream', ageHours: 120 },
    text('raw/recording-0001.txt', 'text/plain', 119, ['20 MiB of noise, to try large downloads and pause them.']),
  ];
}

function sensorReadings(): SeedObject[] {
  const random = pseudoRandom(23);
  return Array.from({ length: readingCount }, (_, index) => {
    const number = String(index).padStart(5, '0');
    const reading = {
      sensor: `sensor-${index % 40}`,
      sequence: index,
      temperatureCelsius: Number((15 + random() * 12).toFixed(2)),
      humidityPercent: Math.floor(30 + random() * 50),
    };
    return {
      key: `reading-${number}.json`,
      bytes: Buffer.from(JSON.stringify(reading) + '\n'),
      contentType: 'application/json',
      ageHours: (readingCount - index) / 60,
    };
  });
}

function oddlyNamed(): SeedObject[] {
  return oddKeys.map((key) => ({
    key,
    bytes: key.endsWith('/') ? Buffer.alloc(0) : Buffer.from(`The key of this object is ${JSON.stringify(key)}.\n`),
    contentType: key.endsWith('/') ? 'application/x-directory' : 'text/plain; charset=utf-8',
    ageHours: 48,
  }));
}

function webAssets(): SeedObject[] {
  const asset = (object: SeedObject, maxAgeSeconds: number, team: string): SeedObject => ({
    ...object,
    headers: { 'cache-control': `public, max-age=${maxAgeSeconds}`, 'content-language': 'en' },
    metadata: { 'build-number': '1742', 'source-commit': '9f2c41d', 'reviewed-by': 'Local Developer' },
    tags: [
      { key: 'team', value: team },
      { key: 'stage', value: 'production' },
    ],
  });
  const page = (title: string, body: string) => [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${title}</title><link rel="stylesheet" href="css/site.css"></head>`,
    `<body><h1>${title}</h1><p>${body}</p></body></html>`,
  ];
  const css = [
    'body { font-family: system-ui, sans-serif; margin: 4rem auto; max-width: 40rem; }',
    'h1 { color: #0f62fe; }',
  ];
  const script = ["document.querySelector('h1').addEventListener('click', () => location.reload());"];
  return [
    asset(text('index.html', 'text/html', 60, page('Welcome', 'Served from a bucket.')), 60, 'web'),
    asset(text('404.html', 'text/html', 60, page('Not found', 'There is no such page.')), 60, 'web'),
    asset(text('css/site.css', 'text/css', 90, css), 31_536_000, 'design'),
    asset(text('js/site.js', 'text/javascript', 90, script), 31_536_000, 'web'),
    {
      ...asset(text('downloads/price list.txt', 'text/plain', 12, ['kettle 29.00', 'toaster 39.00']), 3600, 'sales'),
      headers: { 'cache-control': 'no-cache', 'content-disposition': 'attachment; filename="price list.txt"' },
    },
  ];
}

function contractDrafts(): SeedObject[] {
  const draft = (version: number, ageHours: number, clause: string) =>
    text('supplier-agreement.md', 'text/markdown', ageHours, [
      '# Supplier agreement',
      '',
      `Draft ${version}`,
      '',
      clause,
    ]);
  return [
    draft(1, 400, 'Delivery within 30 days.'),
    draft(2, 200, 'Delivery within 21 days.'),
    draft(3, 24, 'Delivery within 14 days.'),
    text('notes.txt', 'text/plain', 100, ['Ask the legal department about clause 7.']),
  ];
}
