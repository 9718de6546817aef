import js from '@eslint/js';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

const documentedRooms = ['src/model/**/*.ts', 'src/protocol/**/*.ts', 'src/engine/cos/**/*.ts'];

/** A sleep is too short on a slow machine and too long on a fast one. */
const noSleeps = [
  ':matches(AwaitExpression, ReturnStatement, ArrowFunctionExpression) > NewExpression[callee.name="Promise"] > ArrowFunctionExpression > CallExpression[callee.name="setTimeout"]',
  ':matches(AwaitExpression, ReturnStatement, ArrowFunctionExpression) > NewExpression[callee.name="Promise"] > ArrowFunctionExpression > CallExpression > MemberExpression > CallExpression[callee.name="setTimeout"]',
  ':matches(AwaitExpression, ReturnStatement, ArrowFunctionExpression) > NewExpression[callee.name="Promise"] > ArrowFunctionExpression > BlockStatement[body.length=1] > ExpressionStatement > CallExpression[callee.name="setTimeout"]',
  'ImportDeclaration[source.value=/^(node:)?timers.promises$/] > ImportSpecifier[imported.name="setTimeout"]',
].map((selector) => ({ selector, message: 'Wait for what shall become so, with `until` of test/until.ts.' }));

/** Arguments of `f?.(…)` are not even looked at where there is no f: a deletion among them once never happened. */
const nothingAwaitedBehindAMaybe = {
  selector:
    'CallExpression[optional=true] > AwaitExpression.arguments, CallExpression[optional=true] > ArrayExpression > AwaitExpression',
  message: 'Await it before the call: where there is nobody to call, its arguments are not evaluated.',
};

const namedExportsOnly = { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' };

/** Node's own `recursive` never comes back where the system will not make a folder and says that it is not there (/proc/x). */
const foldersByOneHand = {
  selector: 'ImportSpecifier[imported.name=/^mkdir(Sync)?$/], MemberExpression[property.name=/^mkdir(Sync)?$/]',
  message: 'Make folders with src/system/makeFolder: Node’s recursive mkdir can hang.',
};

const nextPage = '/^next(Cursor|Token|Url|_url)$|^Next.*(Marker|Token)$/i';
const throughThePager =
  'Read lists with pagesOf (src/model/pages, src/engine/pages): it ends whatever a server answers, circles of any length among it.';
/** A loop that follows a cursor by hand, or keeps one for its next turn. */
const onePager = [
  `:matches(DoWhileStatement, WhileStatement, ForStatement) MemberExpression[property.name=${nextPage}]`,
  `:matches(DoWhileStatement, WhileStatement, ForStatement) MemberExpression[property.value=${nextPage}]`,
  `:matches(DoWhileStatement, WhileStatement, ForStatement) ObjectPattern > Property[key.name=${nextPage}]`,
  `AssignmentExpression[right.property.name=${nextPage}]`,
  `AssignmentExpression[right.property.value=${nextPage}]`,
].map((selector) => ({ selector, message: throughThePager }));

/** What VS Code shows goes through src/extension/ui/vscode.ts, where names of others become plain text. */
const throughTheGate = 'Import src/extension/ui/vscode: what is shown goes through the gate for names (ui/gate).';

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', '.vscode-host/', '.local/', 'test/fixtures/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', namedExportsOnly, nothingAwaitedBehindAMaybe, foldersByOneHand, ...onePager],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/extension/**/*.ts'],
    ignores: ['src/extension/ui/gate/**', 'src/extension/ui/vscode.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [{ name: 'vscode', allowTypeImports: true, message: throughTheGate }] },
      ],
      'no-restricted-syntax': [
        'error',
        namedExportsOnly,
        nothingAwaitedBehindAMaybe,
        foldersByOneHand,
        ...onePager,
        { selector: 'ImportExpression[source.value="vscode"]', message: throughTheGate },
        { selector: 'TSImportEqualsDeclaration', message: throughTheGate },
        { selector: 'CallExpression[callee.name="require"][arguments.0.value="vscode"]', message: throughTheGate },
        { selector: 'NewExpression[callee.property.name="MarkdownString"]', message: throughTheGate },
      ],
    },
  },
  {
    // These make one folder at a time.
    files: ['src/system/makeFolder.ts', 'src/engine/transfers/targetFolder.ts'],
    rules: { 'no-restricted-syntax': ['error', namedExportsOnly, nothingAwaitedBehindAMaybe] },
  },
  {
    files: documentedRooms,
    plugins: { jsdoc },
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          require: { FunctionDeclaration: true, ClassDeclaration: true },
          contexts: ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'VariableDeclaration'],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', '*.config.mts', 'scripts/**', '*.mjs'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
      'no-restricted-syntax': 'off',
    },
  },
  { files: ['test/**/*.ts'], ignores: ['test/until.ts'], rules: { 'no-restricted-syntax': ['error', ...noSleeps] } },
  { files: ['src/cli/**/*.ts', 'src/localServer/main.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.cjs'],
    languageOptions: { globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' } },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        AbortController: 'readonly',
      },
    },
  },
);
