import type { CommandTable } from '../command/command';

/** Commands that let others at objects. */
export const sharingCommands = {
  'ibmcos.sharing.copyLink': {
    target: 'object',
    effect: 'reads',
    run: async (services, object) => (await import('./makeLink')).copyDownloadLink(services, object),
  },
  'ibmcos.sharing.copyUploadLink': {
    target: 'folder',
    effect: 'reads',
    run: async (services, folder) => (await import('./makeLink')).copyUploadLink(services, folder),
  },
  'ibmcos.sharing.copyPublicUrl': {
    target: 'object',
    effect: 'reads',
    run: async (services, object) => (await import('./publicUrl')).copyPublicUrl(services, object),
  },
  'ibmcos.sharing.showLinks': {
    target: 'none',
    run: async (services) => (await import('./sharedLinks')).showSharedLinks(services),
  },
} satisfies CommandTable;
