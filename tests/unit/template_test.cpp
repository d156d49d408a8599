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
    "Names": ["a", "b"], "Labels": {"k": "v", "x.y": "z"}, "Mounts": [{"Source": "/s"}, {"Source": "/t"}], "None": [],
    "Networks": {"web": {"IPAddress": "10.0.0.2"}, "db": {"IPAddress": "10.1.0.2"}},
    "Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]}})");
  return value;
}

struct Case {
  const char* text;
  const char* shown;
};

constexpr Case kCases[] = {
    {"plain", "plain"},
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
    {"{{index .Labels \"none\"}}", ""},
    {"{{index .State \"none\"}}", "<no value>"},
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
    {"}} {", "}} {"},
    {"{{range .Networks}}{{.IPAddress}} {{end}}", "10.1.0.2 10.0.0.2 "},
    {"{{range $k, $v := .Networks}}{{$k}}={{$v.IPAddress}};{{end}}", "db=10.1.0.2;web=10.0.0.2;"},
    {"{{range $i, $m := .Mounts}}{{$i}}:{{.Source}}{{$m.Source}} {{end}}", "0:/s/s 1:/t/t "},
    {"{{range $one := .Names}}{{$one}}{{$.ID}} {{end}}", "aabc babc "},
    {"{{(index (index .Ports \"80/tcp\") 0).HostPort}}", "8080"},
    {"{{(index .Ports \"80/tcp\" 0).HostPort}}", "8080"},
    {"{{range $p, $conf := .Ports}}{{$p}} -> {{(index $conf 0).HostPort}}{{end}}", "80/tcp -> 8080"},
    {"{{$x := .ID}}{{if true}}{{$x = \"y\"}}{{$z := 1}}{{end}}{{$x}}", "y"},
    {"{{with .State}}{{.Running}}{{end}}{{with .None}}x{{else}}{{.ID}}{{end}}", "trueabc"},
    {"{{with $s := .State}}{{$s.Running}}{{end}}{{if $n := .Size}}{{$n}}{{end}}", "true12"},
    {"{{if .None}}a{{else if .ID}}b{{else}}c{{end}}{{if .None}}a{{else if .None}}b{{else}}c{{end}}", "bc"},
    {"{{/* nothing */}}{{- /* of it */ -}}x", "x"},
    {"{{.ID | printf \"%.2s\"}}", "ab"},
    {"{{printf \"%s=%d %5s|%-5s|%05d %q %v %x %.1f %t%%\" .ID .Size .ID .ID .Size .ID .Names .Size 1.25 "
     "true}}",
     "abc=12   abc|abc  |00012 \"abc\" [a b] c 1.2 true%"},
    {"{{printf \"%3s|%.1s\" \"\u00e4\" \"\u00e4b\"}}", "  \u00e4|\u00e4"},
    {"{{print .ID .Size}}{{println}}{{println .ID .Size}}", "abc 12\nabc 12\n"},
    {"{{slice .ID 1}}{{slice .ID 0 1}}{{slice .Names 1}}", "bca[b]"},
    {"{{pad .ID 1 2}}|{{truncate .ID 2}}", " abc  |ab"},
    {"{{if gt .Size 11}}{{if le .Size 12}}{{if lt -1 .Size}}{{ge \"b\" \"a\"}}{{end}}{{end}}{{end}}", "true"},
    {"{{eq .ID \"x\" \"abc\"}} {{or .None .ID .Size}} {{and .ID .None .Size}}", "true abc []"}};

TEST(Template, IsShownAsGoShowsIt) {
  for (const Case& one : kCases)
    EXPECT_EQ(render(one.text, container()), one.shown) << one.text;
}

TEST(TemplateErrors, NameTheActionAndWhatThereIs) {
  for (const char* text : {"{{",
                           "{{.ID",
                           "{{.Nothing}}",
                           "{{nofunction .ID}}",
                           "{{json}}",
                           "{{json .ID .ID}}",
                           "{{end}}",
                           "{{if .ID}}",
                           "{{range .ID}}x{{end}}",
                           "{{(.ID}}",
                           "{{\"}}",
                           "{{}}",
                           "{{.ID .ID}}",
                           "{{upper .Names}}",
                           "{{index .Names 7}}",
                           "{{if .ID}}{{else if .ID}}{{end}}{{end}}",
                           "{{.ID)}}",
                           "{{$x}}",
                           "{{$x = 1}}",
                           "{{if .ID}}{{$x := 1}}{{end}}{{$x}}",
                           "{{$a, $b := .Names}}",
                           "{{range $a, $b, $c := .Names}}{{end}}",
                           "{{with .ID}}{{else range .Names}}{{end}}",
                           "{{ifx .ID}}{{end}}",
                           "{{printf}}",
                           "{{printf \"%s\"}}",
                           "{{printf \"%d\" .ID}}",
                           "{{printf \"%\" .ID}}",
                           "{{printf \"%y\" .ID}}",
                           "{{printf \"%9999s\" .ID}}",
                           "{{printf \"x\" .ID}}",
                           "{{slice .ID 2 1}}",
                           "{{slice .ID 0 9}}",
                           "{{len .Size}}",
                           "{{lt .ID .Size}}",
                           "{{-}}"}) {
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

TEST(TemplateErrors, EndWhatWouldGoOnForTooLong) {
  std::string loops, ends;
  for (int level = 0; level < 90; ++level) {
    loops += "{{range $.Names}}";
    ends += "{{end}}";
  }
  EXPECT_THROW(render(loops + ends, container()), std::invalid_argument);
  std::string doubled = "{{$x := .ID}}";
  for (int round = 0; round < 60; ++round)
    doubled += "{{$x = printf \"%s%s\" $x $x}}";
  EXPECT_THROW(render(doubled, container()), std::invalid_argument);
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
