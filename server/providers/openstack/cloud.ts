import { createCaller, realParts, type Caller } from './client/caller';
import { glanceOf, type Glance } from './client/glance';
import { neutronOf, type Neutron } from './client/neutron';
import { novaOf, type Nova } from './client/nova';
import type { ClientParts } from './client/session';
import { accessOf, type CloudSettings } from './client/settings';

/** The cloud of a zone, as its settings are now. */
export interface Cloud {
  settings: CloudSettings;
  caller: Caller;
  nova: Nova;
  neutron: Neutron;
  glance: Glance;
}

/** Rejects settings with which nobody can sign in; calls nothing yet. */
export function cloudOf(settings: CloudSettings, pause: ClientParts['pause']): Cloud {
  const access = accessOf(settings);
  const caller = createCaller(access, { ...realParts(access), pause });
  return { settings, caller, nova: novaOf(caller), neutron: neutronOf(caller), glance: glanceOf(caller) };
}
