/**
 * The build engine: runs build commands on a base image in a sandbox and yields an image file. A map of its classes,
 * from the outside to the inside:
 *
 * <ul>
 *   <li>What the stages see: {@link BuildEngine} takes a {@link BuildRequest} and tells a {@link BuildOutput} and a
 *       {@link StepJournal} what happens. {@link SandboxBuildEngine} is the one that builds; {@link EngineSettings} are
 *       its settings, and {@link AbilityCheck} finds out what this machine lets it do.
 *   <li>One running build: {@link SandboxBuild} in its {@link Scratch} directory. {@link CommandRuns} executes its
 *       commands, {@link BuildState} carries what they set, {@link ImageCommands} runs command lines in the image.
 *   <li>The sandbox: {@link SandboxCommands} writes the command lines, {@link SandboxProcess} runs one,
 *       {@link WaitingSandbox} makes one ahead. {@link ControlGroup}, {@link SystemCallFilter}, {@link CoveredProc},
 *       {@link OwnNetwork} and {@link Limits} are its walls; {@link SandboxCheck} tries them.
 *   <li>Base images: {@link UnpackedImages} keeps them, {@link ImageUnpacking} unpacks, {@link PackedForms} holds them
 *       packed.
 *   <li>Ended steps: {@link Layers} and {@link LayerArchive} hold what they wrote, {@link StepKeeping} keeps it for a
 *       later attempt, {@link StepCache}, {@link SharedSteps} and {@link ReusedSteps} for other builds.
 *   <li>Results that are disks: {@link DiskResult} and {@link BootableDisk}; package {@code disk} opens and closes
 *       them.
 *   <li>Tests that boot a disk: {@link MachineTest}, {@link MachineDisk}, {@link MachineCommands},
 *       {@link RunningMachine}.
 *   <li>Packer: {@link PackerRun}, {@link PackerOutput}, {@link PackerArtifact}.
 * </ul>
 */
@NullMarked
package dev.kiln.worker.engine;

import org.jspecify.annotations.NullMarked;
