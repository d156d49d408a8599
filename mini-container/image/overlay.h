// overlayfs: a container's root file system, made of the image's layers (read-only, shared by all) and one
// thin upper directory (writable, the container's own).
//
// The mount is made in the mount namespace of the caller, because an OCI runtime is a program of its own and
// must see it. Reads: Documentation/filesystems/overlayfs.rst, mount(2).
#pragma once

#include <string>
#include <vector>

namespace image {

struct OverlayPlan {
  std::vector<std::string> lower;  // topmost first, as overlayfs wants them
  std::string upper;
  std::string work;    // empty directory on the file system of `upper`, where overlayfs prepares its renames
  std::string target;  // the merged view
  bool users_marks = false;  // see marks_are_the_users
  bool temporary = false;    // nothing of `upper` must survive a crash of the host: mount option "volatile"
};

// overlayfs's own marks on files are attributes that only the host's root may write (trusted.*), or, mounted with
// "userxattr" by root of a user namespace, attributes that every owner may (user.*). True for the latter.
bool marks_are_the_users();
// Of a directory that hides what lower layers have in its place.
std::string opaque_mark();

// Pure: `layers` lowest first (Store::layer_directories); the rest are CONTAINER/{upper,work,rootfs}.
OverlayPlan plan_overlay(const std::vector<std::string>& layers, const std::string& container_directory,
                         bool temporary);

// "lowerdir=A:B,upperdir=C,workdir=D": the data argument of mount(2). Throws std::invalid_argument for paths
// that overlayfs could not tell from its own syntax.
std::string overlay_options(const OverlayPlan& plan);

// Makes upper, work and target and mounts. On failure all that it made is gone again.
void mount_overlay(const OverlayPlan& plan);

// Unmounts CONTAINER/rootfs; the files of `upper` stay until the container's directory is removed. False if
// nothing was mounted.
bool unmount_overlay(const std::string& container_directory);

}  // namespace image
