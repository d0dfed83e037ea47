#include <spdlog/fmt/fmt.h>

#include "tools/reference/reference.hpp"

namespace phasecast {
namespace {

constexpr const char* exit_status =
    ".SH EXIT STATUS\n"
    "0: done. 1: failed. 2: bad options. Why is said on standard error.\n";

/// roff reads \\ as the begin of an escape, - as a hyphen, and ' or . at the begin of a line as a request. A
/// list of choices may be broken behind each |, and nothing else within a word.
std::string roff(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\')
      escaped += "\\e";
    else if (c == '-')
      escaped += "\\-";
    else if (c == '|')
      escaped += "|\\:";
    else if ((c == '.' || c == '\'') && escaped.empty())
      escaped += std::string("\\&") + c;
    else
      escaped += c;
  }
  return escaped;
}

std::string roff_names(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += fmt::format("{}\\fB{}\\fR", text.empty() ? "" : ", ", roff(name));
  return text;
}

std::string hyphenated(std::string name) {
  for (char& c : name) c = c == ' ' ? '-' : c;
  return name;
}

std::string header(const std::string& name, const std::string& version, const std::string& description) {
  std::string title = name;
  for (char& c : title) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return fmt::format(".TH \"{}\" 1 \"\" \"phasecast {}\" \"phasecast manual\"\n.nh\n.SH NAME\n{} \\- {}\n",
                     roff(title), roff(version), roff(name), roff(description));
}

std::string entry(const OptionText& option) {
  const std::string names = option.positional ? "" : roff_names(option.names);
  const std::string value = option.choices.empty() ? option.value : joined(option.choices, "|");
  std::string text = ".TP\n" + names;
  if (!value.empty()) text += fmt::format("{}\\fI{}\\fR", names.empty() ? "" : " ", roff(value));
  text += fmt::format("\n{}.", roff(option.description));
  OptionText rest = option;
  rest.choices.clear();  // told beside the name
  if (const auto said = conditions(rest); !said.empty()) text += fmt::format(" ({})", roff(said));
  if (!option.initial.empty()) text += fmt::format(" Default: \\fB{}\\fR", roff(option.initial));
  return text + "\n";
}

}  // namespace

std::string as_man_page(const CommandText& command, const std::string& version) {
  const std::string name = "phasecast-" + hyphenated(command.name);
  std::string text = header(name, version, command.description);
  text += fmt::format(".SH SYNOPSIS\n\\fB{}\\fR\n", roff(synopsis(command)));
  if (!command.options.empty()) text += ".SH OPTIONS\n";
  for (const OptionText& option : command.options) text += entry(option);
  return text + exit_status + ".SH SEE ALSO\n.BR phasecast (1)\n";
}

std::string as_man_page(const ProgramText& program, const std::string& version) {
  std::string text = header("phasecast", version, program.description);
  text +=
      ".SH SYNOPSIS\n\\fBphasecast\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.br\n"
      "\\fBphasecast help\\fR [\\fICOMMAND\\fR]\n.br\n\\fBphasecast \\-\\-version\\fR\n.SH COMMANDS\n";
  for (const CommandText& command : program.commands)
    text += fmt::format(".TP\n.BR phasecast\\-{} (1)\n{}.\n", roff(hyphenated(command.name)),
                        roff(command.description));
  text += exit_status;
  text +=
      ".SH ENVIRONMENT\n.TP\n\\fBPHASECAST_KEY\\fR, \\fBPHASECAST_SERVER_KEY\\fR\n"
      "The files that \\fB\\-\\-key\\fR and \\fB\\-\\-server\\-key\\fR name otherwise.\n"
      ".SH FILES\n.TP\n\\fI/etc/phasecast/phasecast.toml\\fR\n"
      "What the service \\fBphasecast.service\\fR measures, and where to.\n"
      ".SH SEE ALSO\nTutorial, how\\-tos, the mathematics: \\fI/usr/share/doc/phasecast/docs\\fR\n";
  return text;
}

}  // namespace phasecast
