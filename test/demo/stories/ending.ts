import type { Step } from '../checklist.ts';
import { callStatus, command, delivered, differs, told } from '../sights.ts';

/** How every story ends: the service hangs up, and jambonz says so. */
export function ending(callSid: string): readonly Step[] {
  return [
    {
      title: 'the IVR hangs up with call:status',
      sights: [
        command('hang-up'),
        told('call:status', ({ data }) => differs('data', data, { call_status: 'completed' })),
        delivered('hang-up'),
      ],
    },
    {
      title: 'the call ends with call:status completed',
      sights: [callStatus(callSid, 'completed')],
    },
  ];
}
