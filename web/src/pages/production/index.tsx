import { Route, Routes } from "react-router";
import { NeedsScope } from "../../scope/NeedsScope";
import { ProductionList } from "./ProductionList";
import { ProductionPage } from "./ProductionPage";

export default function Page() {
  return (
    <NeedsScope>
      <Routes>
        <Route index element={<ProductionList />} />
        <Route path=":template/:tab?" element={<ProductionPage />} />
      </Routes>
    </NeedsScope>
  );
}
