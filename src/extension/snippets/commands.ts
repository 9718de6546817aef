import type { CommandTable } from '../command/command';

/** Commands that make code for what is selected. */
export const snippetCommands = {
  'ibmcos.snippet.copy': {
    target: 'anyNode',
    effect: 'reads',
    run: async (services, node) => (await import('./snippetCommands')).copySnippet(services, node),
  },
  'ibmcos.snippet.insert': {
    target: 'anyNode',
    effect: 'reads',
    run: async (services, node) => (await import('./snippetCommands')).insertSnippet(services, node),
  },
} satisfies CommandTable;
