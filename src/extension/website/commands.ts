import type { CommandTable } from '../command/command';

/** Commands on static websites. */
export const websiteCommands = {
  'ibmcos.website.deploy': {
    target: 'folder',
    effect: 'writes',
    run: async (services, folder) => (await import('./deploy')).deployWebsite(services, folder),
  },
  'ibmcos.website.open': {
    target: 'bucket',
    effect: 'reads',
    run: async (services, bucket) => (await import('./openWebsite')).openWebsite(services, bucket),
  },
} satisfies CommandTable;
