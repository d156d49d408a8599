// At least a hundred ways for a document to be wrong, each refused by its place in it before anything is made. The table
// is the specification of the messages: where the refusal begins, and a part of what it says.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "mini-container/runtime/lifecycle/plans.h"
#include "mini-container/runtime/spec/default_config.h"
#include "mini-container/runtime/spec/parse.h"
#include "mini-container/runtime/spec/validate.h"
#include "tests/unit/malformed.h"

namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

json valid() {
  return json::parse(spec::default_config(false, 0, 0));
}

void change(json& document, const Malformed& how) {
  const json value = json::parse(how.value);
  const json::json_pointer pointer(how.pointer);
  if (value.is_null()) {
    document[pointer.parent_pointer()].erase(pointer.back());
  } else {
    document[pointer] = value;
  }
}

// The whole way that a document goes before the first kernel object is made.
void read_and_plan(const std::string& text) {
  const spec::Config config = spec::parse_config(text);
  spec::validate(config);
  lifecycle::make_plans(config, "/bundle", "box", {});
}

void expect_refused(const Malformed& how) {
  json document = valid();
  change(document, how);
  try {
    read_and_plan(document.dump());
    ADD_FAILURE() << how.pointer << " = " << how.value << " was accepted";
  } catch (const spec::Invalid& refused) {
    EXPECT_THAT(refused.what(), StartsWith(how.begins)) << how.pointer << " = " << how.value;
    EXPECT_THAT(refused.what(), HasSubstr(how.says)) << how.pointer << " = " << how.value;
  }
}

TEST(Document, EveryMalformedOneIsRefusedByItsPlace) {
  for (const auto* table : {&kMalformedConfigs, &kMalformedLinux}) {
    for (const Malformed& how : *table)
      expect_refused(how);
  }
}

TEST(Document, ThereAreAtLeastAHundred) {
  EXPECT_GE(kMalformedConfigs.size() + kMalformedLinux.size(), 100U);
}

TEST(Document, TheDocumentThatTheyAreMadeFromIsFine) {
  EXPECT_NO_THROW(read_and_plan(valid().dump()));
}

}  // namespace
