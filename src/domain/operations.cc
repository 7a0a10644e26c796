#include "domain/operations.h"

#include "domain/names.h"

namespace berth::domain {
namespace {

constexpr Names<MemberAdding, 5> kAddings{{
    {MemberAdding::kAdded, "added"},
    {MemberAdding::kPresent, "present"},
    {MemberAdding::kUpdated, "updated"},
    {MemberAdding::kInvalid, "invalid"},
    {MemberAdding::kFull, "full"},
}};

}  // namespace

std::string_view to_string(MemberAdding adding) { return name_of(kAddings, adding); }

}  // namespace berth::domain
