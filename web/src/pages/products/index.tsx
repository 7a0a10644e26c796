import { Route, Routes } from "react-router";
import { NeedsScope } from "../../scope/NeedsScope";
import { ProductList } from "./ProductList";
import { ProductPage } from "./ProductPage";

export default function Page() {
  return (
    <NeedsScope>
      <Routes>
        <Route index element={<ProductList />} />
        <Route path=":product/:tab?" element={<ProductPage />} />
      </Routes>
    </NeedsScope>
  );
}
