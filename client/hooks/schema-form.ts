import { useForm, type UseFormReturnType } from '@mantine/form';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import type { z } from 'zod';
import { applyFieldErrors } from '../api/error-message';
import { schemaErrors } from './schema-errors';

export interface SchemaFormOptions<Values extends Record<string, unknown>, Schema extends z.ZodType> {
  /** The schema that the server checks the input with. */
  schema: Schema;
  initialValues: Values;
  /** From what the fields hold to what the schema takes; without it the values themselves. */
  toInput?: (values: Values) => unknown;
  /** Sends it. What it throws is shown on its field, else as the form's alert. */
  save: (input: z.output<Schema>) => Promise<unknown>;
}

export interface SchemaForm<Values extends Record<string, unknown>> {
  form: UseFormReturnType<Values>;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  /** The sentence of an error that belongs to no field. */
  alert: string | null;
  saving: boolean;
}

/** A panel that closes since its form is saved leads the focus back itself, and is let do so first. */
const settleMs = 50;

/**
 * A form that checks itself with the server's schema and shows each error, the server's too, in exactly one place. The
 * keyboard is led to the field that was refused; else it stays where it was, since a button that waits lets go of it.
 */
export function useSchemaForm<Values extends Record<string, unknown>, Schema extends z.ZodType>({
  schema,
  initialValues,
  toInput = (values) => values,
  save,
}: SchemaFormOptions<Values, Schema>): SchemaForm<Values> {
  const [alert, setAlert] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const form = useForm<Values>({ initialValues, validate: (values) => schemaErrors(schema, toInput(values)) });

  const focusFirst = (paths: string[]) => {
    // the fields in the order in which they stand on the page, not in that of the schema
    const nodes = paths.map((path) => form.getInputNode(path)).filter((node) => node !== null);
    nodes.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    nodes[0]?.focus();
  };

  const before = useRef<Element | null>(null);
  useEffect(() => {
    if (saving) return undefined;
    const timer = setTimeout(() => {
      if (before.current instanceof HTMLElement && document.activeElement === document.body) before.current.focus();
      before.current = null;
    }, settleMs);
    return () => clearTimeout(timer);
  }, [saving]);

  const submit = async (values: Values) => {
    setSaving(true);
    setAlert(null);
    try {
      await save(schema.parse(toInput(values)));
    } catch (error) {
      const setFieldError = (path: string, message: string) => {
        form.setFieldError(path, message);
        focusFirst([path]);
      };
      setAlert(applyFieldErrors({ values: form.values, setFieldError }, error));
    } finally {
      setSaving(false);
    }
  };

  const check = form.onSubmit(submit, (errors) => {
    setAlert(null);
    focusFirst(Object.keys(errors));
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    if (saving) return event.preventDefault();
    before.current = document.activeElement;
    check(event);
  };
  return { form, onSubmit, alert, saving };
}
