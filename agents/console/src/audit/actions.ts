/** What is recorded, in the order of the list to choose from; a new one does not compile before it stands here. */
import type { components } from '../api/schema';

type Action = components['schemas']['AuditAction'];

const every: Record<Action, true> = {
  logged_in: true,
  login_failed: true,
  logged_out: true,
  person_added: true,
  person_changed: true,
  team_added: true,
  team_changed: true,
  team_removed: true,
  password_set: true,
  people_imported: true,
  people_exported: true,
  profile_put: true,
  profile_read: true,
  profile_deleted: true,
  configuration_applied: true,
  priority_changed: true,
  contact_assigned: true,
  contact_moved: true,
  state_forced: true,
  queue_closed: true,
  queue_opened: true,
  queue_flushed: true,
  contact_read: true,
  number_read: true,
  log_searched: true,
  log_exported: true,
  customer_erased: true,
  audit_read: true,
  api_key_added: true,
  api_key_revoked: true,
  subscription_added: true,
  subscription_changed: true,
  subscription_removed: true,
  events_replayed: true,
};

export const actions = Object.keys(every) as Action[];
