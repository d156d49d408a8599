// See template.h. Text becomes tokens, tokens become nodes, and nodes are shown with a value for the dot.
#include "mini-container/cli/template.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <stdexcept>

#include "mini-container/cli/template_expression.h"
#include "mini-container/cli/template_functions.h"

namespace cli {

namespace {

// WHY: nodes nest as the user nests them, and so does the reading of them.
constexpr int kDeepest = 100;

[[noreturn]] void refuse(const std::string& action, const std::string& why) {
  throw std::invalid_argument(fmt::format(
      "template parsing error: {{{{{}}}}}: {}. Next: for example --format '{{{{.ID}}}}' or --format json",
      action, why));
}

// What stands between braces, and what stands between them.
struct Piece {
  bool action = false;
  std::string text;
};

bool blank(char character) {
  return character == ' ' || character == '\t' || character == '\n';
}

std::string trimmed(std::string text, bool front, bool back) {
  while (back && !text.empty() && blank(text.back()))
    text.pop_back();
  std::size_t start = 0;
  while (front && start < text.size() && blank(text[start]))
    ++start;
  return text.substr(start);
}

// The end of an action, past the strings in it.
std::size_t end_of_action(const std::string& text, std::size_t at) {
  char quote = 0;
  for (; at < text.size(); ++at) {
    const char here = text[at];
    if (quote == '"' && here == '\\') {
      ++at;
    } else if (quote != 0) {
      if (here == quote) quote = 0;
    } else if (here == '"' || here == '`') {
      quote = here;
    } else if (text.compare(at, 2, "}}") == 0) {
      return at;
    }
  }
  return std::string::npos;
}

std::vector<Piece> pieces_of(const std::string& text) {
  std::vector<Piece> pieces;
  bool trim_front = false;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t open = text.find("{{", at);
    std::string plain = text.substr(at, open == std::string::npos ? open : open - at);
    const bool trim_back = open != std::string::npos && text.compare(open, 4, "{{- ") == 0;
    pieces.push_back({false, trimmed(std::move(plain), trim_front, trim_back)});
    if (open == std::string::npos) break;
    const std::size_t close = end_of_action(text, open + 2);
    if (close == std::string::npos) refuse(text.substr(open + 2), "unclosed action");
    std::string action = text.substr(open + 2, close - open - 2);
    trim_front = action.ends_with(" -");
    if (trim_front) action.resize(action.size() - 2);
    if (trim_back) action.erase(0, 2);
    pieces.push_back({true, trimmed(std::move(action), true, true)});
    at = close + 2;
  }
  return pieces;
}

struct Node;
using Nodes = std::vector<Node>;

struct Node {
  enum class Kind { text, value, assignment, range, condition, with } kind = Kind::text;
  std::string text = {};                // itself, or the expression
  std::vector<std::string> names = {};  // of the variables that it declares, "$key"
  Nodes body = {};
  Nodes otherwise = {};
};

// "$a, $b := .Ports" is an expression with two names before it; with "=" the variable is there already.
Node with_names(Node::Kind kind, const std::string& text) {
  std::vector<std::string> names;
  std::size_t at = 0;
  const auto skip = [&](const char* those) { at = std::min(text.find_first_not_of(those, at), text.size()); };
  while (text.compare(at, 1, "$") == 0) {
    const std::size_t start = at++;
    while (at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_'))
      ++at;
    names.push_back(text.substr(start, at - start));
    skip(" \t\n");
    if (text.compare(at, 1, ",") == 0) skip(", \t\n");
  }
  const bool declared = text.compare(at, 2, ":=") == 0, assigned = text.compare(at, 1, "=") == 0;
  if (names.empty() || !(declared || assigned)) return {kind, text};
  const std::size_t most = kind == Node::Kind::range ? 2 : 1;
  if (names.size() > most || (assigned && kind != Node::Kind::value)) refuse(text, "too many variables");
  return {assigned ? Node::Kind::assignment : kind, text.substr(at + (declared ? 2 : 1)), names};
}

class Parser {
 public:
  explicit Parser(const std::string& text) : pieces_(pieces_of(text)) {}

  Nodes parse() {
    Nodes nodes = block(0);
    if (next_ < pieces_.size()) refuse(pieces_[next_].text, "there is nothing that it ends");
    return nodes;
  }

 private:
  // What follows `keyword`; nullopt for another one.
  static std::optional<std::string> after(const char* keyword, const std::string& text) {
    const std::string_view word = keyword;
    if (!text.starts_with(word) || (text.size() > word.size() && !blank(text[word.size()])))
      return std::nullopt;
    return trimmed(text.substr(word.size()), true, false);
  }

  // Up to an "end" or "else", which stays, or to the end of all.
  Nodes block(int depth) {
    if (depth > kDeepest) refuse("...", "nested too deep");
    Nodes nodes;
    for (; next_ < pieces_.size(); ++next_) {
      const Piece& piece = pieces_[next_];
      if (piece.action && (piece.text == "end" || after("else", piece.text))) break;
      nodes.push_back(piece.action ? action(piece.text, depth) : Node{Node::Kind::text, piece.text});
    }
    return nodes;
  }

  Node action(const std::string& text, int depth) {
    if (text.starts_with("/*") && text.ends_with("*/")) return {};
    for (const auto& [keyword, kind] :
         {std::pair{"range", Node::Kind::range}, std::pair{"if", Node::Kind::condition},
          std::pair{"with", Node::Kind::with}}) {
      if (const auto rest = after(keyword, text)) return nested(with_names(kind, *rest), depth + 1);
    }
    return with_names(Node::Kind::value, text);
  }

  // Its body, up to its "end".
  Node nested(Node made, int depth) {
    ++next_;
    made.body = block(depth);
    if (next_ == pieces_.size()) refuse(made.text, "its end is missing");
    const auto other = after("else", pieces_[next_].text);
    if (!other) return made;
    if (!other->empty()) {
      if (!after("if", *other) && !after("with", *other)) refuse(*other, "not what an else can have");
      // The end of the second is the end of the first, too.
      made.otherwise = {action(*other, depth)};
      return made;
    }
    ++next_;
    made.otherwise = block(depth);
    if (next_ == pieces_.size() || pieces_[next_].text != "end") refuse(made.text, "its end is missing");
    return made;
  }

  std::vector<Piece> pieces_;
  std::size_t next_ = 0;
};

// Shows nodes one after the other, each with the dot as it is there.
class Display {
 public:
  explicit Display(const Json& value) { variables_.emplace_back("$", value); }

  void show(const Nodes& nodes, const Json& dot) {
    const std::size_t known = variables_.size();
    for (const Node& node : nodes)
      show(node, dot);
    variables_.resize(known);
  }
  const std::string& text() const { return text_; }

 private:
  void show(const Node& node, const Json& dot) {
    if (node.kind == Node::Kind::text) return append(node.text);
    const Json value = evaluate(node.text, {dot, variables_});
    charge(value.is_string() ? value.get_ref<const std::string&>().size() : 0);
    const std::size_t known = variables_.size();
    switch (node.kind) {
      case Node::Kind::assignment:
        return assign(node, value);
      case Node::Kind::range:
        range(node, value, dot);
        break;
      case Node::Kind::condition:
      case Node::Kind::with:
        declare(node, value);
        if (!truth(value)) {
          show(node.otherwise, dot);
        } else {
          show(node.body, node.kind == Node::Kind::with ? value : dot);
        }
        break;
      default:
        // One that declares a variable shows nothing; it is known to the end of its block.
        if (!node.names.empty()) return declare(node, value);
        append(text_of(value));
    }
    variables_.resize(known);
  }

  void range(const Node& node, const Json& value, const Json& dot) {
    if (!truth(value)) return show(node.otherwise, dot);
    if (!value.is_structured()) refuse("range " + node.text, "it is neither a list nor a map");
    std::vector<std::string> keys;
    for (const auto& [key, _] : value.items())
      keys.push_back(key);
    // As Go: a map in the order of its keys.
    if (value.is_object()) std::sort(keys.begin(), keys.end());
    const std::size_t known = variables_.size();
    for (std::size_t place = 0; place < keys.size(); ++place) {
      const Json& element = value.is_object() ? value.at(keys[place]) : value[place];
      if (node.names.size() == 2)
        variables_.emplace_back(node.names.front(), value.is_object() ? Json(keys[place]) : Json(place));
      if (!node.names.empty()) variables_.emplace_back(node.names.back(), element);
      show(node.body, element);
      variables_.resize(known);
    }
  }

  void declare(const Node& node, const Json& value) {
    if (!node.names.empty()) variables_.emplace_back(node.names.front(), value);
  }

  void assign(const Node& node, const Json& value) {
    const auto found = std::find_if(variables_.rbegin(), variables_.rend(),
                                    [&](const auto& one) { return one.first == node.names.front(); });
    if (found == variables_.rend()) refuse(node.text, "undefined variable " + node.names.front());
    found->second = value;
  }

  void append(const std::string& text) {
    charge(text.size());
    text_ += text;
  }

  // WHY: loops in loops, and a text that doubles with every round, are written in a few words.
  void charge(std::size_t letters) {
    constexpr std::size_t kNode = 400, kMost = 16 << 20;
    spent_ += kNode + letters;
    if (spent_ > kMost) refuse("...", "this would go on for too long");
  }

  Variables variables_;
  std::string text_;
  std::size_t spent_ = 0;
};

// The shell passes "\t" as two characters; Docker takes them for a tab.
std::string unescaped(std::string text) {
  const std::pair<const char*, const char*> escapes[] = {{"\\t", "\t"}, {"\\n", "\n"}};
  for (const auto& [from, to] : escapes) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1))
      text.replace(at, 2, to);
  }
  return text;
}

}  // namespace

std::string render(const std::string& text, const Json& value) {
  const Nodes nodes = Parser(unescaped(text)).parse();
  Display display(value);
  display.show(nodes, value);
  return display.text();
}

}  // namespace cli
