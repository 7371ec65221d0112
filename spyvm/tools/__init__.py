"""Looking at images and at the VM."""
