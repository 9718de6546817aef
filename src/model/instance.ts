/** Plans of Cloud Object Storage. */
export type ServicePlan = 'standard' | 'lite' | 'oneRate';

/** An instance of Cloud Object Storage as the Resource Controller lists it (control-plane §2.1). */
export interface InstanceSummary {
  /** Full CRN, which requests name the instance by. */
  readonly crn: string;
  readonly guid: string;
  readonly name: string;
  readonly accountId: string;
  /** Absent for a plan that is not one of the known. */
  readonly plan?: ServicePlan;
}
