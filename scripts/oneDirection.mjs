// Between the rooms of a folder arrows go in one direction only. A room is a folder in it, or a file at its top.
import { posix } from 'node:path';

/** Folders whose rooms may not know each other in circles. */
export const oneDirectionFolders = ['src/extension', 'src/localServer', 'src/localServer/s3', 'src/cli'];

/** The room of a module: the first part of its path below the folder; undefined outside of it. */
function roomIn(folder, path) {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split('/')[0] : undefined;
}

/** The imports between rooms: from room to room to the imports that make the arrow. */
export function arrowsIn(folder, modules) {
  const arrows = new Map();
  for (const { source, dependencies } of modules) {
    const from = roomIn(folder, source);
    if (from === undefined) continue;
    for (const { resolved } of dependencies) {
      const to = roomIn(folder, posix.normalize(resolved));
      if (to === undefined || to === from) continue;
      if (!arrows.has(from)) arrows.set(from, new Map());
      const targets = arrows.get(from);
      targets.set(to, [...(targets.get(to) ?? []), `${source} → ${resolved}`]);
    }
  }
  return arrows;
}

/** Rooms that know each other, directly or by others: each circle as its rooms. */
export function circlesIn(arrows) {
  const reached = (start) => {
    const seen = new Set();
    const open = [start];
    while (open.length > 0) {
      for (const next of arrows.get(open.pop())?.keys() ?? []) {
        if (!seen.has(next)) {
          seen.add(next);
          open.push(next);
        }
      }
    }
    return seen;
  };
  const reach = new Map([...arrows.keys()].map((room) => [room, reached(room)]));
  const circles = [];
  const done = new Set();
  for (const [room, others] of reach) {
    if (done.has(room) || !others.has(room)) continue;
    const circle = [...others].filter((other) => reach.get(other)?.has(room));
    for (const one of circle) done.add(one);
    circles.push(circle);
  }
  return circles;
}

/** Pairs of rooms that import each other. */
export function mutualPairsIn(arrows) {
  return [...arrows].flatMap(([from, targets]) =>
    [...targets.keys()].filter((to) => from < to && arrows.get(to)?.has(from)).map((to) => [from, to]),
  );
}

/** What is wrong, one line for each arrow of a circle. */
export function circleSentences(folder, modules) {
  const arrows = arrowsIn(folder, modules);
  return circlesIn(arrows).flatMap((circle) => [
    `${folder}: ${circle.join(', ')} know each other in a circle`,
    ...circle.flatMap((from) =>
      circle.flatMap((to) => (arrows.get(from)?.get(to) ?? []).map((line) => `  ${from} knows ${to}: ${line}`)),
    ),
  ]);
}
