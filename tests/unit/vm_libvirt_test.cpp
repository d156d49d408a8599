// The libvirt handles against libvirt's own test driver: a hypervisor that exists only in this process.
#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include "vm-launcher/connection/libvirt.h"

namespace {

namespace libvirt = vm::libvirt;

constexpr char kDocument[] =
    "<domain type='test'><name>sample</name><memory>8192</memory><os><type>hvm</type></os></domain>";

std::string log_file() {
  return (std::filesystem::temp_directory_path() / "isolab-libvirt-test.log").string();
}

class Libvirt : public testing::Test {
 protected:
  libvirt::EventLoop loop_{log_file()};
  libvirt::Connection connection_{"test:///default"};
  void TearDown() override { std::filesystem::remove(log_file()); }
  bool stopped_within_ms(int timeout) {
    pollfd entry{connection_.stopped_descriptor(), POLLIN, 0};
    return sys::poll({&entry, 1}, timeout) == 1;
  }
};

TEST_F(Libvirt, ADomainThatWasStartedRuns) {
  libvirt::Domain domain = connection_.create(kDocument, libvirt::Start::running);
  EXPECT_EQ(domain.name(), "sample");
  EXPECT_EQ(domain.life().state, "running");
  EXPECT_TRUE(domain.life().active);
}

TEST_F(Libvirt, ADomainStandsStillAndGoesOn) {
  libvirt::Domain domain = connection_.create(kDocument, libvirt::Start::running);
  domain.suspend();
  EXPECT_EQ(domain.life().state, "paused");
  EXPECT_THROW(domain.suspend(), libvirt::Error);
  domain.resume();
  EXPECT_EQ(domain.life().state, "running");
  EXPECT_THAT(domain.document(), testing::HasSubstr("<name>sample</name>"));
}

TEST_F(Libvirt, TheEndOfADomainIsAnEvent) {
  libvirt::Domain domain = connection_.create(kDocument, libvirt::Start::running);
  EXPECT_FALSE(stopped_within_ms(0));
  EXPECT_TRUE(domain.destroy());
  EXPECT_TRUE(stopped_within_ms(5000));
}

// libvirt frees a name a moment after it has told of the end.
TEST_F(Libvirt, ANameThatIsAboutToBeFreeIsWaitedFor) {
  libvirt::Domain first = connection_.create(kDocument, libvirt::Start::running);
  std::thread ending([&] {
    sys::poll({}, 50);
    first.destroy();
  });
  const libvirt::Domain second = connection_.create(kDocument, libvirt::Start::running);
  ending.join();
  EXPECT_EQ(second.name(), "sample");
}

TEST_F(Libvirt, AHandleThatGoesTakesItsDomainAlong) {
  const int before = connection_.active_domains();
  {
    const libvirt::Domain domain = connection_.create(kDocument, libvirt::Start::running);
    EXPECT_EQ(connection_.active_domains(), before + 1);
  }
  EXPECT_EQ(connection_.active_domains(), before);
}

TEST_F(Libvirt, AnErrorSaysWhichCallAndWhatLibvirtSaid) {
  try {
    connection_.create("<domain/>", libvirt::Start::running);
    FAIL() << "expected libvirt::Error";
  } catch (const libvirt::Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("virDomainCreateXML"));
    EXPECT_GT(std::string(error.what()).size(), std::string("virDomainCreateXML(): ").size() + 20);
  }
  EXPECT_THROW(libvirt::Connection("nosuch:///driver"), libvirt::Error);
}

}  // namespace
