/* SPDX-License-Identifier: BSD-3-Clause */
/* A test that fails. */
int main(void) {
    return 1;
}
