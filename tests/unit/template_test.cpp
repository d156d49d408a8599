// --format: templates as Docker's users write them, and lists made with them.
#include <gmock/gmock.h>

#include "mini-container/cli/listing.h"

namespace {

using cli::Json;
using cli::render;
using testing::HasSubstr;

const Json& container() {
  static const Json value =
      Json::parse(R"({"ID": "abc", "Name": "/web", "Size": 12, "State": {"Running": true},
    "Names": ["a", "b"], "Labels": {"k": "v", "x.y": "z"}, "Mounts": [{"Source": "/s"}, {"Source": "/t"}], "None": []})");
  return value;
}

struct Case {
  const char* text;
  const char* shown;
};

constexpr Case kCases[] = {{"plain", "plain"},
                           {"{{.ID}}", "abc"},
                           {"{{ .ID }}-{{.Size}}", "abc-12"},
                           {"{{.State.Running}}", "true"},
                           {"{{.Names}}", "[a b]"},
                           {"{{.State}}", "map[Running:true]"},
                           {"{{json .Names}}", R"(["a","b"])"},
                           {"{{.Names | json}}", R"(["a","b"])"},
                           {"{{join .Names \", \"}}", "a, b"},
                           {"{{upper .ID}}", "ABC"},
                           {"{{title .ID}}", "Abc"},
                           {"{{.ID | upper | lower}}", "abc"},
                           {"{{len .Names}}", "2"},
                           {"{{index .Names 1}}", "b"},
                           {"{{index .Labels \"x.y\"}}", "z"},
                           {"{{index .Labels \"none\"}}", "<no value>"},
                           {"{{index (split .Name \"/\") 1}}", "web"},
                           {"{{range .Mounts}}{{.Source}};{{end}}", "/s;/t;"},
                           {"{{range .None}}x{{else}}nothing{{end}}", "nothing"},
                           {"{{if .State.Running}}up{{else}}down{{end}}", "up"},
                           {"{{if eq .ID \"x\"}}y{{end}}", ""},
                           {"{{if and .ID (not .None)}}both{{end}}", "both"},
                           {"{{println .ID}}", "abc\n"},
                           {"a {{- .ID -}} b", "aabcb"},
                           {"a {{.ID -}} b", "a abcb"},
                           {"{{.ID}}\\t{{.Size}}\\n", "abc\t12\n"},
                           {"{{\"}}\"}}", "}}"},
                           {"}} {", "}} {"}};

TEST(Template, IsShownAsGoShowsIt) {
  for (const Case& one : kCases)
    EXPECT_EQ(render(one.text, container()), one.shown) << one.text;
}

TEST(TemplateErrors, NameTheActionAndWhatThereIs) {
  for (const char* text :
       {"{{", "{{.ID", "{{.Nothing}}", "{{nofunction .ID}}", "{{json}}", "{{json .ID .ID}}", "{{end}}",
        "{{if .ID}}", "{{range .ID}}x{{end}}", "{{(.ID}}", "{{\"}}", "{{}}", "{{.ID .ID}}",
        "{{upper .Names}}", "{{index .Names 7}}", "{{if .ID}}{{else if .ID}}{{end}}", "{{.ID)}}"}) {
    EXPECT_THROW(render(text, container()), std::invalid_argument) << text;
  }
  try {
    render("{{.Nothing}}", container());
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr(".Nothing"));
    EXPECT_THAT(error.what(), HasSubstr(".State"));
  }
  std::string deep;
  for (int level = 0; level < 2000; ++level)
    deep += "{{if .ID}}";
  EXPECT_THROW(render(deep, container()), std::invalid_argument);
  EXPECT_THROW(render("{{" + std::string(2000, '(') + "}}", container()), std::invalid_argument);
}

cli::Listing two_images() {
  return {{{"ID", "IMAGE ID"}, {"Repository", "REPOSITORY"}, {"Digest", "DIGEST"}},
          {"Repository", "ID"},
          {{{"ID", "123456789012"}, {"Repository", "busybox"}, {"Digest", "d1"}},
           {{"ID", "abcdefabcdef"}, {"Repository", "host.domain:5000/team/app"}, {"Digest", "d2"}}}};
}

TEST(Listing, IsATableUnlessAskedOtherwise) {
  EXPECT_EQ(cli::listing_text(two_images(), ""),
            "REPOSITORY                  IMAGE ID\n"
            "busybox                     123456789012\n"
            "host.domain:5000/team/app   abcdefabcdef\n");
  EXPECT_EQ(cli::listing_text(two_images(), "table {{.Digest}}\\t{{.ID}}"),
            "DIGEST    IMAGE ID\nd1        123456789012\nd2        abcdefabcdef\n");
  EXPECT_EQ(cli::listing_text(two_images(), "{{.ID}}"), "123456789012\nabcdefabcdef\n");
  EXPECT_THAT(cli::listing_text(two_images(), "json"),
              HasSubstr(R"({"ID":"123456789012","Repository":"busybox","Digest":"d1"})"));
}

}  // namespace
