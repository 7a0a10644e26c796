import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { api, path } from "../../api/client";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { JsonView } from "../../parts/JsonView";
import { PageHeader } from "../../parts/PageHeader";
import { PageLoading } from "../../parts/PageLoading";

export default function Page() {
  const { scope = "", id = "" } = useParams();
  const where = path`/scopes/${scope}/registrations/${id}`;
  const registration = useQuery({
    queryKey: [where],
    queryFn: ({ signal }) => api.get<unknown>(where, undefined, signal),
  });
  return (
    <>
      <PageHeader title={id} lead="One device" />
      {registration.isLoading ? <PageLoading /> : null}
      {registration.error ? <ErrorNotice error={registration.error} /> : null}
      {registration.data === undefined ? null : (
        <JsonView value={registration.data} label="registration" />
      )}
    </>
  );
}
