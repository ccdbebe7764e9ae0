export const reset = {
  title: 'Choose a password',
  password: 'New password',
  save: 'Set the password',
  note: 'All sessions and tokens of the account end.',
  invalidTitle: 'This link does not work',
  invalid: 'It was used already, has expired, or is incomplete. Ask an administrator for a new one.',
  doneTitle: 'Your password is set',
  done: 'All earlier sessions and tokens of the account have ended.',
} as const;
