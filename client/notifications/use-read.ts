import type { Notification } from '#shared/notification';
import { notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';

/** Marks notifications as read; what is listed follows. */
export function useRead(): {
  one: (id: number) => void;
  /** All that are shown, and those before them: what has come since stays unread. */
  upTo: (items: readonly Notification[]) => void;
  isPending: boolean;
} {
  const utils = trpc.useUtils();
  const { mutate, isPending } = trpc.notifications.markRead.useMutation({
    onSuccess: () => utils.notifications.list.invalidate(),
    onError: notifyError,
  });
  return {
    one: (id) => mutate({ ids: [id] }),
    upTo: (items) => {
      const newest = items[0];
      if (newest !== undefined) mutate({ upTo: newest.id });
    },
    isPending,
  };
}
