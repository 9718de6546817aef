import { bucketSvg, sunsetPng } from './pictures';
import { text, type SeedObject } from './seedObject';

/** A small project as someone might keep it in a bucket. */
export function gettingStarted(): SeedObject[] {
  return [
    text('README.md', 'text/markdown', 30, [
      '# Getting started',
      '',
      'This bucket lives on your own machine. Change anything: open a file, edit it, save it.',
      '',
      '- `data/` holds CSV and JSON files.',
      '- `notebooks/` holds a Jupyter notebook.',
      '- `images/` holds a picture and a drawing.',
      '- The bucket *sensor-readings* has five thousand objects in one folder.',
      '- The bucket *odd-keys* has names that most tools cannot show.',
    ]),
    text('data/cities.csv', 'text/csv', 700, [
      'city,country,population,latitude,longitude',
      'Tokyo,Japan,37115000,35.68,139.69',
      'São Paulo,Brazil,22807000,-23.55,-46.63',
      'Zürich,Switzerland,1420000,47.37,8.54',
      'Nairobi,Kenya,5545000,-1.29,36.82',
    ]),
    text('data/config/application.json', 'application/json', 52, [
      JSON.stringify({ name: 'weather-report', port: 8080, features: { cache: true, retries: 3 } }, undefined, 2),
    ]),
    text('data/config/logging.yaml', 'application/yaml', 52, ['level: info', 'outputs:', '  - console', '  - file']),
    text('data/events/2025-06-01.jsonl', 'application/x-ndjson', 400, [
      '{"at":"2025-06-01T08:00:00Z","event":"sign-in","user":17}',
      '{"at":"2025-06-01T08:02:11Z","event":"upload","user":17,"bytes":20480}',
      '{"at":"2025-06-01T08:09:45Z","event":"sign-out","user":17}',
    ]),
    text('notebooks/city-populations.ipynb', 'application/x-ipynb+json', 200, [JSON.stringify(notebook, undefined, 1)]),
    text('src/report.py', 'text/x-python', 90, [
      'import csv',
      '',
      'with open("cities.csv", newline="", encoding="utf-8") as file:',
      '    for row in csv.DictReader(file):',
      "        print(f\"{row['city']}: {int(row['population']):,}\")",
    ]),
    text('docs/guide/introduction.md', 'text/markdown', 150, [
      '# Introduction',
      '',
      'Objects have keys; folders are a way to look at them.',
    ]),
    text('docs/guide/chapters/01-buckets.md', 'text/markdown', 149, [
      '# Buckets',
      '',
      'A bucket lives in one location.',
    ]),
    text('docs/guide/chapters/02-objects.md', 'text/markdown', 148, [
      '# Objects',
      '',
      'An object is bytes with a name.',
    ]),
    { key: 'images/bucket.svg', bytes: Buffer.from(bucketSvg), contentType: 'image/svg+xml', ageHours: 310 },
    { key: 'images/sunset.png', bytes: sunsetPng(240, 144), contentType: 'image/png', ageHours: 310 },
    { key: 'empty-file.txt', bytes: Buffer.alloc(0), contentType: 'text/plain', ageHours: 5 },
  ];
}

const notebook = {
  cells: [
    { cell_type: 'markdown', id: 'intro', metadata: {}, source: ['# City populations\n', 'Reads `data/cities.csv`.'] },
    {
      cell_type: 'code',
      id: 'load',
      execution_count: 1,
      metadata: {},
      outputs: [{ name: 'stdout', output_type: 'stream', text: ['66887000\n'] }],
      source: [
        'import csv\n',
        'rows = list(csv.DictReader(open("cities.csv", encoding="utf-8")))\n',
        'print(sum(int(row["population"]) for row in rows))',
      ],
    },
  ],
  metadata: { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' } },
  nbformat: 4,
  nbformat_minor: 5,
};
