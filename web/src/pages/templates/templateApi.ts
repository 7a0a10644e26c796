import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, path } from "../../api/client";
import type { Template } from "../../api/types";

export interface ModelProblem {
  where: string; // JSON pointer
  what: string;
  mend: string;
}

export interface ModelCheck {
  id: string | null;
  displayName?: string | null;
  problems: ModelProblem[];
  interfaces: number;
  telemetry: number;
  properties: number;
  commands: number;
  components?: number;
  relationships?: number;
}

export interface InitialTwin {
  tags?: unknown;
  properties?: { desired?: unknown };
}

export interface TemplateWrite {
  id?: string;
  displayName?: string;
  model?: string; // as text, so that it is kept to the byte
  initialTwin?: InitialTwin;
}

export const MODEL_BYTES_MAX = 512 * 1024;

export const templatesPath = (scope: string) => path`/scopes/${scope}/templates`;
export const templateAt = (scope: string, id: string) => path`/scopes/${scope}/templates/${id}`;

// What the server finds in a model; asked again whenever its text is another one.
export function useModelCheck(text: string, enabled: boolean) {
  return useQuery({
    queryKey: ["/templates/check", text],
    queryFn: () => api.post<ModelCheck>("/templates/check", { model: text }),
    enabled,
    gcTime: 0,
    staleTime: Infinity,
    placeholderData: (before) => before,
  });
}

export function useTemplate(scope: string, id: string) {
  const where = templateAt(scope, id);
  return useQuery({
    queryKey: [where],
    queryFn: ({ signal }) => api.get<Template>(where, undefined, signal),
  });
}

function useRefresh(scope: string, id?: string) {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: [templatesPath(scope)] });
    if (id !== undefined) void client.invalidateQueries({ queryKey: [templateAt(scope, id)] });
  };
}

export function useCreateTemplate(scope: string) {
  const refresh = useRefresh(scope);
  return useMutation({
    mutationFn: (body: TemplateWrite) => api.post<Template>(templatesPath(scope), body),
    onSuccess: refresh,
  });
}

export function useChangeTemplate(scope: string, template: Template) {
  const refresh = useRefresh(scope, template.id);
  return useMutation({
    mutationFn: (body: TemplateWrite) =>
      api.patch<Template>(templateAt(scope, template.id), body, { version: template.version }),
    onSuccess: () => notifications.show({ message: "Saved" }),
    onSettled: refresh,
  });
}

export function useDeleteTemplate(scope: string, template: Template) {
  const refresh = useRefresh(scope);
  return useMutation({
    mutationFn: () =>
      api.delete(templateAt(scope, template.id), { version: template.version }),
    onSuccess: () => {
      notifications.show({ message: "The template is deleted" });
      refresh();
    },
  });
}
