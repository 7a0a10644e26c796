import { Route, Routes } from "react-router";
import { NeedsScope } from "../../scope/NeedsScope";
import { NewTemplate } from "./NewTemplate";
import { TemplateList } from "./TemplateList";
import { TemplatePage } from "./TemplatePage";

export default function Page() {
  return (
    <NeedsScope>
      <Routes>
        <Route index element={<TemplateList />} />
        <Route path="new" element={<NewTemplate />} />
        <Route path=":template/:tab?" element={<TemplatePage />} />
      </Routes>
    </NeedsScope>
  );
}
