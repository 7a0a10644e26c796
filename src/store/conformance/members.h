// The fixture of the tests about groups with a product secret, and the records they are made of.
//
// Room store/conformance. Thread rule: as the suite's.
#pragma once

#include "store/conformance/suite.h"

#include <functional>

namespace berth::store::conformance {

inline const domain::EnrollmentId kProduct = domain::EnrollmentId::trusted("S3EUVBRJLB");

domain::ProductSecret make_product_secret();
domain::Enrollment make_product(const domain::EnrollmentId& id = kProduct,
                                const domain::ScopeId& scope = kScope);
domain::Member make_member(std::string_view name);
// The id of the member of kProduct.
domain::DeviceId member_id(std::string_view name);
// Of a member of kProduct that is listed already; its identity awaits its activation.
std::unique_ptr<provisioning::Assignment> make_member_assignment(std::string_view name);
// Of one that its own request lists.
std::unique_ptr<provisioning::Assignment> make_request(std::string_view name,
                                                       std::uint32_t created_max = 10);

class MemberSuite : public Suite {
 protected:
  // kScope with kHub and kProduct, which lists nobody.
  void SetUp() override;

  Result<std::vector<domain::MemberAdding>> add(const std::vector<std::string>& names,
                                                const domain::EnrollmentId& group = kProduct,
                                                const domain::ScopeId& scope = kScope);
  provisioning::Dossier member_dossier(const std::string& member,
                                       const std::string& group = kProduct.key());
  hub::Dossier connecting(std::string_view member);
  Result<domain::MemberView> member(const std::string& name);
  // Names of the roster, in order.
  std::vector<std::string> listed();
  // The next attempt of a member, decided on the registration as it is now.
  std::unique_ptr<provisioning::Assignment> again(std::string_view name);
  Result<bool> activate(std::string_view name, std::uint64_t version, TimePoint when = at(900));
  // Listed and registered.
  void register_member(std::string_view name);
  Result<std::uint64_t> remove_member(std::string_view name);
  // In threads of their own, or one after the other where the store has none.
  void together(const std::vector<std::function<void()>>& works) const;
  // As from before ids had to keep out of each other's way.
  void make_older_product(const domain::EnrollmentId& id, const domain::ScopeId& scope);
  // What only a disaster or 200,000 devices would write.
  void script(std::string_view statements);
};

}  // namespace berth::store::conformance
