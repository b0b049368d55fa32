#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Remove build/ with the root file systems and kernels in it.
. "$(dirname "$0")/common.sh"
# The root file systems belong to root whoever made them.
as_root rm -rf "$build"
