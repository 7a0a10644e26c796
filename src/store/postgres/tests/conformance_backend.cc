// The conformance suite on PostgreSQL, when BERTH_TEST_POSTGRES names a server: with threads, and
// inline.
#include "store/conformance/backend.h"
#include "store/postgres/tests/schema_database.h"

namespace berth::store::postgres {
namespace {

std::string why_not() { return test_url().empty() ? "BERTH_TEST_POSTGRES is not set" : ""; }

const bool kThreads = conformance::add_backend(
    {"postgresql", true, [] { return std::make_unique<SchemaDatabase>(false); }, why_not()});
const bool kInline = conformance::add_backend(
    {"postgresql_inline", false, [] { return std::make_unique<SchemaDatabase>(true); }, why_not()});

}  // namespace
}  // namespace berth::store::postgres
