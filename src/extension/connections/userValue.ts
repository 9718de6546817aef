/**
 * The value that the user, not a workspace, gave a setting. Only that counts where credentials could be sent elsewhere,
 * whatever a workspace says.
 */
export function userValueOf<T>(
  inspected: { readonly defaultValue?: T; readonly globalValue?: T } | undefined,
): T | undefined {
  return inspected?.globalValue ?? inspected?.defaultValue;
}
