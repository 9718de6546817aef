import type { CommandTable } from './command';

/** Commands that let others at objects. */
export const sharingCommands = {
  'ibmcos.sharing.copyLink': {
    target: 'object',
    run: async (services, object) => (await import('../sharing/makeLink')).copyDownloadLink(services, object),
  },
  'ibmcos.sharing.copyUploadLink': {
    target: 'folder',
    run: async (services, folder) => (await import('../sharing/makeLink')).copyUploadLink(services, folder),
  },
  'ibmcos.sharing.copyPublicUrl': {
    target: 'object',
    run: async (services, object) => (await import('../sharing/publicUrl')).copyPublicUrl(services, object),
  },
  'ibmcos.website.deploy': {
    target: 'folder',
    run: async (services, folder) => (await import('../website/deploy')).deployWebsite(services, folder),
  },
  'ibmcos.website.open': {
    target: 'bucket',
    run: async (services, bucket) => (await import('../website/openWebsite')).openWebsite(services, bucket),
  },
  'ibmcos.snippet.copy': {
    target: 'anyNode',
    run: async (services, node) => (await import('../snippets/snippetCommands')).copySnippet(services, node),
  },
  'ibmcos.snippet.insert': {
    target: 'anyNode',
    run: async (services, node) => (await import('../snippets/snippetCommands')).insertSnippet(services, node),
  },
  'ibmcos.sharing.showLinks': {
    target: 'none',
    run: async (services) => (await import('../sharing/sharedLinks')).showSharedLinks(services),
  },
} satisfies CommandTable;
