/** Requests about what people are told. */
export interface AnnouncementRequests {
  /**
   * Of things that are to be told once on this machine, by names of the caller's own, those that no window has told: whoever
   * gets a name tells it. An engine without a journal gives all of them.
   */
  'announcements/claim': { params: { readonly names: readonly string[] }; result: readonly string[] };
}
