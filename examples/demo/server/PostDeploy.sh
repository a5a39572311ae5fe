# Runs on the machine after the package was installed, and leaves its trace there.
set -eu
machine="#{Demo.Machines}/#{Stagecoach.Target.Id}"
mkdir -p "$machine"
echo "#{Stagecoach.Deployment.Id} #{Stagecoach.Deployment.Attempt} #{Stagecoach.Step.Name} #{Stagecoach.Target.Id}" >> "$machine/trace"
